/** The sections of the page: the part of the address after `#`, and the title. */
export const SECTIONS = {
  flow: 'Flow',
  answers: 'Answers',
  records: 'Records',
  sql: 'SQL',
  parts: 'Parts',
} as const;

/** The name of a section. */
export type SectionName = keyof typeof SECTIONS;

/** The section that an address names; undefined when it names none. */
export function sectionOf(hash: string): SectionName | undefined {
  const name = hash.slice(1);
  return Object.hasOwn(SECTIONS, name) ? (name as SectionName) : undefined;
}
