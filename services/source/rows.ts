/**
 * The source rows as JSON objects, from the generator to the API. Keys are in the order of the feeds' definitions.
 * Dates are UTC texts such as `2018-03-28T08:15:15`.
 */
import type { FeedName } from '../contract';

/** A value of a source column. */
export type SourceValue = string | number | null;

/** A row of `pinterest_data`: the post. */
export type PinRow = {
  index: number;
  unique_id: string;
  title: string;
  description: string;
  poster_name: string;
  follower_count: string;
  tag_list: string;
  is_image_or_video: string;
  image_src: string;
  downloaded: number;
  save_location: string;
  category: string;
};

/** A row of `geolocation_data`: where and when. Degrees. */
export type GeoRow = {
  ind: number;
  timestamp: string;
  latitude: number;
  longitude: number;
  country: string;
};

/** A row of `user_data`: who. */
export type UserRow = {
  ind: number;
  first_name: string;
  last_name: string;
  age: number | null;
  date_joined: string;
};

/** The three rows of one post. */
export interface Post {
  readonly pin: PinRow;
  readonly geo: GeoRow;
  readonly user: UserRow;
}

/** A row of any source table, possibly breaking the contract. */
export type SourceRow = Readonly<Record<string, SourceValue>>;

/** The source's data for one row number: a row of each feed, or undefined where a table has none. */
export interface SourcePost {
  readonly rowNumber: number;
  readonly rows: Readonly<Partial<Record<FeedName, SourceRow>>>;
}
