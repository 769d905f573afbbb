import { awsDeployment, pipeline } from '../synth';
import { readableTemplate } from './readable';

const text = (value: unknown): string => readableTemplate({ value });

test('references are inlined in their texts', () => {
  const joined = {
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':', { 'Fn::GetAtt': ['Key', 'Arn'] }]],
  };
  expect(text(joined)).toBe("value: 'arn:${AWS::Partition}:${Key.Arn}'\n");
  expect(text({ 'Fn::ImportValue': 'other:Export' })).toBe("value: '${import other:Export}'\n");
  expect(text({ 'Fn::Sub': 's3://${AWS::AccountId}' })).toBe("value: 's3://${AWS::AccountId}'\n");
});

test('a text that looks like a reference is escaped', () => {
  expect(text('${Key.Arn}')).toBe("value: '${!Key.Arn}'\n");
  expect(text('${Key.Arn}')).not.toBe(text({ 'Fn::GetAtt': ['Key', 'Arn'] }));
});

test('documents in texts are opened, also those with references', () => {
  const body = { 'Fn::Join': ['', ['{"a": {"b": "', { Ref: 'Queue' }, '"}}']] };
  expect(text(body)).toBe("value:\n  as JSON:\n    a:\n      b: '${Queue}'\n");
  expect(text('{no document')).toBe("value: '{no document'\n");
});

test('long texts go over several lines', () => {
  expect(text('#!/bin/sh\necho a\n')).toBe('value: |\n  #!/bin/sh\n  echo a\n');
});

test('other functions stay as they are', () => {
  expect(text({ 'Fn::Select': [0, { 'Fn::GetAZs': '' }] })).toBe(
    "value:\n  'Fn::Select':\n    - 0\n    - 'Fn::GetAZs': ''\n",
  );
});

test('hashes are masked, and nothing shorter', () => {
  const hash = '0123456789abcdef'.repeat(4);
  expect(text(`${hash}.zip`)).toBe('value: <hash>.zip\n');
  expect(text('0123456789abcdef')).toBe('value: 0123456789abcdef\n');
});

test('two resources that differ only by a hash are refused', () => {
  const id = (digit: string): string => `Deployment${digit.repeat(32)}`;
  expect(() => readableTemplate({ Resources: { [id('a')]: {}, [id('b')]: {} } })).toThrow(
    'Of 2 resources 1 have an id of their own without its hash.',
  );
});

describe.each(['key', 'storage', 'cluster', 'network'] as const)('of the stack %s', (part) => {
  const template = pipeline(awsDeployment('dev')).templates[part].toJSON() as Record<string, unknown>;

  test('no other value has the same text', () => {
    const before = readableTemplate(template);
    const unseen: string[] = [];
    let count = 0;
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const holder = node as Record<string, unknown>;
      for (const [key, value] of Object.entries(holder)) {
        const here = `${path}/${key}`;
        if (typeof value === 'object') walk(value, here);
        else {
          const other =
            typeof value === 'boolean'
              ? !value
              : typeof value === 'number'
                ? value + 1
                : `${value as string}x`;
          holder[key] = other;
          if (readableTemplate(template) === before) unseen.push(here);
          holder[key] = value;
          count += 1;
        }
      }
    };
    walk(template, '');
    expect(count).toBeGreaterThan(30);
    expect(unseen).toEqual([]);
  });
});
