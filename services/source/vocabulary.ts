/**
 * The vocabulary of generated posts, drawn once from Faker by seed. Faker takes microseconds per word, too slow for
 * millions of rows; the generator draws from these lists instead.
 */
import { Faker, base, en } from '@faker-js/faker';

/** The sixteen categories of posts. */
export const CATEGORIES: readonly string[] = [
  'art',
  'beauty',
  'christmas',
  'diy-and-crafts',
  'education',
  'event-planning',
  'finance',
  'food-and-drink',
  'gardening',
  'home-decor',
  'mens-fashion',
  'quotes',
  'tattoos',
  'travel',
  'vehicles',
  'womens-fashion',
];

/**
 * Countries whose posts are spread evenly over the categories, so that their answers have ties. Only tied posts use
 * them.
 */
export const TIED_COUNTRIES: readonly string[] = ['Andorra', 'Fiji', 'Malta'];

/**
 * Titles and names outside English word lists: right-to-left scripts, emoji of several code points, other alphabets.
 */
export const RIGHT_TO_LEFT: readonly string[] = [
  'أفكار لتزيين المنزل',
  'وصفات سهلة وسريعة',
  'רעיונות לעיצוב הבית',
  'מתכונים לשבת',
  'ایده‌های باغبانی',
];
export const EMOJI: readonly string[] = ['🎃🍂', '👩‍🍳', '🇫🇷', '✨', '❤️‍🔥', '🧑🏽‍🎨', '🦄', '☕️'];
const OTHER_NAMES: readonly (readonly [string, string])[] = [
  ['Zoë', 'Muñoz'],
  ['Jürgen', 'Groß'],
  ['فاطمة', 'الزهراء'],
  ['דוד', 'לוי'],
  ['太郎', '山田'],
  ['Анна', 'Иванова'],
  ['Seán', "O'Brien"],
  ['Þóra', 'Jónsdóttir'],
];

/** Lists of texts for one seed. None is empty. */
export interface Vocabulary {
  readonly titles: readonly string[];
  readonly sentences: readonly string[];
  readonly posters: readonly string[];
  readonly tags: readonly string[];
  readonly countries: readonly string[];
  readonly names: readonly (readonly [first: string, last: string])[];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `count` results of `make`, called in order. */
function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/**
 * Draws the vocabulary of a seed. The same seed and Faker version give the same lists.
 *
 * @param seed a safe integer from 0.
 */
export function createVocabulary(seed: number): Vocabulary {
  const faker = new Faker({ locale: [en, base] });
  faker.seed([seed % 4294967296, Math.floor(seed / 4294967296)]);
  const adjective = (): string => capitalised(faker.word.adjective());
  const noun = (): string => capitalised(faker.word.noun());
  const titleForms: readonly (() => string)[] = [
    () => `${faker.number.int({ min: 3, max: 101 })} ${adjective()} ${noun()} Ideas`,
    () => `How to Make ${adjective()} ${noun()}s at Home`,
    () => `${faker.food.dish()} - ${adjective()} & Easy`,
    () => `The ${adjective()} ${noun()}, ${adjective()} ${noun()} Guide`,
    () => `${faker.commerce.productName()} Inspiration`,
    () => `${faker.location.city()} in ${faker.number.int({ min: 2, max: 10 })} Days`,
  ];
  return {
    titles: times(3000, (i) => (titleForms[i % titleForms.length] as () => string)()),
    sentences: times(1200, (i) =>
      i % 2 === 0 ? faker.commerce.productDescription() : faker.hacker.phrase(),
    ),
    posters: times(2500, (i) => {
      if (i % 40 === 0) return `${noun()} ${faker.helpers.arrayElement(EMOJI)} ${noun()}`;
      if (i % 40 === 1) return faker.helpers.arrayElement(OTHER_NAMES).join(' ');
      if (i % 40 === 2) return `the ${faker.word.noun()} "${adjective()}"`;
      return i % 2 === 0 ? faker.company.name() : `The ${adjective()} ${noun()}`;
    }),
    tags: times(600, (i) => {
      if (i % 50 === 0) return faker.helpers.arrayElement(RIGHT_TO_LEFT);
      return i % 3 === 0 ? `${adjective()} ${noun()}` : noun();
    }),
    countries: faker.helpers.shuffle(
      [...new Set(faker.definitions.location.country)].filter((country) => !TIED_COUNTRIES.includes(country)),
    ),
    names: times(3000, (i) =>
      i % 60 === 0
        ? faker.helpers.arrayElement(OTHER_NAMES)
        : ([faker.person.firstName(), faker.person.lastName()] as const),
    ),
  };
}
