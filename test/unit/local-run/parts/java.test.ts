import { propertiesText } from '../../../../local-run/parts/java';

describe('a Java properties file', () => {
  test('keeps backslashes and line breaks', () => {
    expect(propertiesText({ path: 'a\\b', text: 'x\ny', on: true, n: 1 })).toBe(
      'path=a\\\\b\ntext=x\\ny\non=true\nn=1\n',
    );
  });
});
