/** The SQL of the questions, as the engines run it. */
import q1 from '../../../engines/sql/questions/1.sql' with { type: 'text' };
import q2 from '../../../engines/sql/questions/2.sql' with { type: 'text' };
import q3a from '../../../engines/sql/questions/3a.sql' with { type: 'text' };
import q3b from '../../../engines/sql/questions/3b.sql' with { type: 'text' };
import q4 from '../../../engines/sql/questions/4.sql' with { type: 'text' };
import q5 from '../../../engines/sql/questions/5.sql' with { type: 'text' };
import q6 from '../../../engines/sql/questions/6.sql' with { type: 'text' };
import q7 from '../../../engines/sql/questions/7.sql' with { type: 'text' };
import q8 from '../../../engines/sql/questions/8.sql' with { type: 'text' };
import people from '../../../engines/sql/questions/people.sql' with { type: 'text' };
import posts from '../../../engines/sql/questions/posts.sql' with { type: 'text' };

/** By question. */
export const QUESTIONS: Readonly<Record<string, string>> = {
  ...{ '1': q1, '2': q2, '3a': q3a, '3b': q3b, '4': q4, '5': q5, '6': q6, '7': q7, '8': q8 },
};

/** What the questions read. */
export const POSTS = posts;
export const PEOPLE = people;
