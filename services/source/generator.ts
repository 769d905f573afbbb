/**
 * The seeded generator of posts: the schema and the quirks of the original data set, at any size. Row `n` depends on
 * the seed and on `n` alone, so a larger data set extends a smaller one, and any range can be made by itself.
 *
 * Ties in the answers are made, not left to chance. One row in 16 belongs to each of three groups whose posts are dealt
 * over the categories like cards: of 16 consecutive posts of the group every category gets one, in random order. The
 * groups are the posts of 2022, the posts of {@link TIED_COUNTRIES}, and the posts of users over 50; no other row is in
 * them. Every other post of the tied countries has the largest follower count there is.
 */
import { RandomStream, checkSeed } from './random';
import type { GeoRow, PinRow, Post, UserRow } from './rows';
import {
  CATEGORIES,
  EMOJI,
  RIGHT_TO_LEFT,
  TIED_COUNTRIES,
  createVocabulary,
  type Vocabulary,
} from './vocabulary';

/** Changes whenever the same seed would give other bytes than before. */
export const GENERATOR_VERSION = 1;

/** The largest row number, MySQL's largest INT. */
export const MAX_ROW_NUMBER = 2147483647;

/** Which posts to generate. */
export interface GenerateOptions {
  /** An integer from 0 up. */
  readonly seed: number;
  /** The first row number, from 0. */
  readonly from: number;
  /** The row number after the last, at least `from`. */
  readonly to: number;
}

const enum Purpose {
  Post = 1,
  User = 2,
  Senior = 3,
  Poster = 4,
  Deal = 5,
}

const GROUP_PERIOD = 16;
const enum Group {
  Year2022 = 3,
  TiedCountry = 7,
  Over50 = 11,
}

const SECONDS_2015 = Date.UTC(2015, 0, 1) / 1000;
const SECONDS_2022 = Date.UTC(2022, 0, 1) / 1000;
const SECONDS_2023 = Date.UTC(2023, 0, 1) / 1000;
const SECONDS_LAST_JOIN = Date.UTC(2021, 9, 1) / 1000;
const LARGEST_FOLLOWER_COUNT = '5M';

/** `2018-03-28T08:15:15` of seconds since 1970. */
function isoText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

/** Follower counts as the original shows them: `842`, `1.5k`, `124k`, `3M`; all below {@link LARGEST_FOLLOWER_COUNT}. */
function followerText(random: RandomStream): string {
  const scale = random.below(100);
  if (scale < 35) return String(random.below(1000));
  if (scale < 55) return `${random.between(1, 9)}.${random.between(1, 9)}k`;
  if (scale < 90) return `${random.between(1, 999)}k`;
  return scale < 96 ? `${random.between(1, 4)}M` : `${random.between(1, 4)}.${random.between(1, 9)}M`;
}

/** Ways in which a title is awkward: quotes, line breaks, emoji, right-to-left text, escapes. */
const AWKWARD: readonly ((title: string, random: RandomStream) => string)[] = [
  (title) => `"${title}"`,
  (title) => `It's 'the best': ${title}`,
  (title) => `${title}\nStep by step`,
  (title) => `${title}\r\n\tPart two`,
  (title, random) => `${title} ${random.pick(EMOJI)}`,
  (title, random) => `${random.pick(EMOJI)}${random.pick(EMOJI)} ${title}`,
  (title, random) => `${random.pick(RIGHT_TO_LEFT)} | ${title}`,
  (_title, random) => random.pick(RIGHT_TO_LEFT),
  (title) => `C:\\crafts\\${title}\\n`,
  (title) => `{"title": "${title}", 'x': [1]}`,
  (title) => `${title}\u2028\u00a0%s $1; -- é`,
];

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** Eight hexadecimal digits of a 32-bit integer. */
function hex8(word: number): string {
  return (
    (HEX[word >>> 24] as string) +
    (HEX[(word >>> 16) & 255] as string) +
    (HEX[(word >>> 8) & 255] as string) +
    (HEX[word & 255] as string)
  );
}

/** A random UUID, version 4. */
function uuid(random: RandomStream): string {
  const b = hex8(random.next());
  const c = hex8(random.next());
  return `${hex8(random.next())}-${b.slice(0, 4)}-4${b.slice(5)}-${'89ab'.charAt(random.below(4))}${c.slice(1, 4)}-${c.slice(4)}${hex8(random.next())}`;
}

interface Person {
  readonly first: string;
  readonly last: string;
  readonly age: number | null;
  readonly joined: number;
}

/** Makes posts of one seed by row number. Building it takes some 50 ms, a post some microseconds. */
export class PostGenerator {
  private readonly vocabulary: Vocabulary;
  private readonly random = new RandomStream();
  private readonly other = new RandomStream();
  private readonly cards = CATEGORIES.map((_, index) => index);

  /** @param seed an integer from 0 up. */
  constructor(private readonly seed: number) {
    this.vocabulary = createVocabulary(checkSeed(seed));
  }

  /** The post with the row number `n`, from 0 to {@link MAX_ROW_NUMBER}. */
  post(n: number): Post {
    const random = this.random.reset(this.seed, Purpose.Post, n);
    const group = n % GROUP_PERIOD;
    const turn = Math.floor(n / GROUP_PERIOD);
    const person = this.person(n, group === (Group.Over50 as number));
    return {
      pin: this.pin(n, group, turn, random),
      geo: this.geo(n, group, turn, person, random),
      user: this.user(n, person),
    };
  }

  private pin(n: number, group: number, turn: number, random: RandomStream): PinRow {
    const vocabulary = this.vocabulary;
    // A story page could not be read at all; else a single field fails now and then.
    const story = random.chance(0.06);
    const failed = (rate: number): boolean => random.chance(rate) || story;
    const category = this.category(group, turn, random);
    const isTop = group === (Group.TiedCountry as number) && turn % 2 === 0;
    const noUser = failed(0.02) && !isTop;
    const poster = random.skewed(10 + Math.floor(n * 0.3));
    const imageFailed = failed(0.01);
    const title = failed(0.03) ? 'No Title Data Available' : this.title(random);
    const description = this.description(story, random);
    return {
      index: n,
      unique_id: uuid(random),
      title,
      description,
      poster_name: noUser ? 'User Info Error' : (vocabulary.posters[this.posterName(poster)] as string),
      follower_count: isTop
        ? LARGEST_FOLLOWER_COUNT
        : noUser
          ? 'User Info Error'
          : this.followers(poster, random),
      tag_list: failed(0.02) ? 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e' : this.tags(random),
      is_image_or_video: story ? 'multi-video(story page format)' : random.chance(0.25) ? 'video' : 'image',
      image_src: imageFailed ? 'Image src error.' : this.imageSource(random),
      downloaded: imageFailed || random.chance(0.05) ? 0 : 1,
      save_location: `Local save in /data/${category}`,
      category,
    };
  }

  private geo(n: number, group: number, turn: number, person: Person, random: RandomStream): GeoRow {
    const isLate = group === (Group.Year2022 as number);
    const from = isLate ? SECONDS_2022 : person.joined;
    const to = isLate ? SECONDS_2023 : SECONDS_2022;
    const { countries } = this.vocabulary;
    return {
      ind: n,
      timestamp: isoText(from + random.below(to - from)),
      latitude: random.between(-900000, 900000) / 10000,
      longitude: random.between(-1800000, 1800000) / 10000,
      country:
        group === (Group.TiedCountry as number)
          ? (TIED_COUNTRIES[turn % TIED_COUNTRIES.length] as string)
          : (countries[random.skewed(countries.length)] as string),
    };
  }

  private user(n: number, person: Person): UserRow {
    return {
      ind: n,
      first_name: person.first,
      last_name: person.last,
      age: person.age,
      date_joined: isoText(person.joined),
    };
  }

  /** The user of a post. The pool grows with the row number, and its first users post most. */
  private person(n: number, isSenior: boolean): Person {
    const pool = 5 + Math.floor(n * (isSenior ? 0.02 : 0.35));
    const index = this.other.reset(this.seed, Purpose.User, n).skewed(pool);
    const random = this.other.reset(this.seed, isSenior ? Purpose.Senior : Purpose.User, -1 - index);
    const [first, last] = random.pick(this.vocabulary.names);
    const joined = SECONDS_2015 + random.below(SECONDS_LAST_JOIN - SECONDS_2015);
    if (isSenior) return { first, last, age: random.between(51, 90), joined };
    const kind = random.below(100);
    const age = kind < 5 ? null : kind < 13 ? random.between(10, 17) : random.between(18, 50);
    return { first, last, age, joined };
  }

  private category(group: number, turn: number, random: RandomStream): string {
    if (group === (Group.TiedCountry as number)) {
      const country = turn % TIED_COUNTRIES.length;
      return this.dealt(group + GROUP_PERIOD * country, Math.floor(turn / TIED_COUNTRIES.length));
    }
    if (group === (Group.Year2022 as number) || group === (Group.Over50 as number))
      return this.dealt(group, turn);
    return CATEGORIES[random.skewed(CATEGORIES.length)] as string;
  }

  /** The category of a group's post number `turn`: a card of a shuffled deck, a new deck every 16 posts. */
  private dealt(deck: number, turn: number): string {
    const { cards } = this;
    for (let i = 0; i < cards.length; i++) cards[i] = i;
    const hand = Math.floor(turn / cards.length);
    const random = this.other.reset(this.seed, Purpose.Deal + GROUP_PERIOD * deck, hand);
    for (let i = cards.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      const card = cards[i] as number;
      cards[i] = cards[j] as number;
      cards[j] = card;
    }
    return CATEGORIES[cards[turn % cards.length] as number] as string;
  }

  private posterName(poster: number): number {
    return this.other.reset(this.seed, Purpose.Poster, poster).below(this.vocabulary.posters.length);
  }

  /** A poster shows the same count on most posts, and another on some. */
  private followers(poster: number, random: RandomStream): string {
    if (random.chance(0.1)) return followerText(random);
    const own = this.other.reset(this.seed, Purpose.Poster, poster);
    own.next();
    return followerText(own);
  }

  private title(random: RandomStream): string {
    const title = random.pick(this.vocabulary.titles);
    return random.chance(0.12) ? random.pick(AWKWARD)(title, random) : title;
  }

  private description(story: boolean, random: RandomStream): string {
    if (story || random.chance(0.02)) return 'No description available Story format';
    if (random.chance(0.02)) return 'Untitled';
    let text = random.pick(this.vocabulary.sentences);
    for (let more = random.below(3); more > 0; more--) text += ` ${random.pick(this.vocabulary.sentences)}`;
    return text;
  }

  private tags(random: RandomStream): string {
    let text = random.pick(this.vocabulary.tags);
    for (let more = random.below(8); more > 0; more--) {
      text += `${random.chance(0.05) ? ' , ' : ','}${random.pick(this.vocabulary.tags)}`;
    }
    return text;
  }

  private imageSource(random: RandomStream): string {
    const name = hex8(random.next()) + hex8(random.next()) + hex8(random.next()) + hex8(random.next());
    return `https://i.pinimg.com/originals/${name.slice(0, 2)}/${name.slice(2, 4)}/${name.slice(4, 6)}/${name}.jpg`;
  }
}

/**
 * Yields the posts with the row numbers `from` (included) to `to` (excluded), in order.
 *
 * @throws RangeError when the seed or the range cannot be used.
 */
export function* generatePosts(options: GenerateOptions): Generator<Post, void, undefined> {
  const { seed, from, to } = options;
  if (
    !Number.isSafeInteger(from) ||
    !Number.isSafeInteger(to) ||
    from < 0 ||
    to < from ||
    to > MAX_ROW_NUMBER + 1
  ) {
    throw new RangeError(
      `The posts from ${from} to ${to} cannot be generated: expected integers with 0 <= from <= to <= ${MAX_ROW_NUMBER + 1}.`,
    );
  }
  const generator = new PostGenerator(seed);
  for (let n = from; n < to; n++) yield generator.post(n);
}
