import { fileUrl, kafkaJava, propertiesText } from '../../../../../tools/local-run/parts/java';

describe('a Java properties file', () => {
  test('is Latin-1, whatever the values are', () => {
    expect(propertiesText({ path: 'a\\b', text: 'x\ny', on: true, n: 1 })).toBe(
      'path=a\\\\b\ntext=x\\u000ay\non=true\nn=1\n',
    );
    expect(propertiesText({ path: `/ü é/\u{1f600}'"%#&` })).toBe(
      `path=/\\u00fc \\u00e9/\\ud83d\\ude00'"%#&\n`,
    );
    expect(propertiesText({ text: ' x ' })).toBe('text=\\u0020x \n');
  });
});

test("a file's URL has no sign that a reader could take for anything but a path", () => {
  expect(fileUrl(`/a b/ü'"%#&?,;$!~[{(\\`)).toMatch(/^file:\/\/\/a%20b\/%C3%BC(%[0-9a-f]{2})+$/i);
  expect(decodeURIComponent(fileUrl(`/a b/ü'"%#&?,;$!~[{(\\`))).toBe(`file:///a b/ü'"%#&?,;$!~[{(\\`);
});

test('Java keeps its temporary files where it is told', () => {
  expect(kafkaJava('/libs', 64, '/state/tmp', 'Main', ['a'])).toContain('-Djava.io.tmpdir=/state/tmp');
});

test('a program writes an archive of its classes only where it is told to', () => {
  expect(kafkaJava('/libs', 64, '/tmp', 'a.Main', [], { archiveTo: '/to' })).toContain(
    '-XX:ArchiveClassesAtExit=/to/a.Main.jsa',
  );
  expect(kafkaJava('/libs', 64, '/tmp', 'a.Main', []).join(' ')).not.toContain('Archive');
});
