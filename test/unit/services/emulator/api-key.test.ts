import { readApiKey } from '../../../../services/emulator/api-key';
import { ScriptedAws } from '../../tools/deployed-stage/scripted-aws';

let aws: ScriptedAws;
beforeEach(async () => {
  aws = await ScriptedAws.start();
});
afterEach(() => aws.stop());

test('only the value of this key is requested', async () => {
  aws.answers.set('GET /apikeys/abc123?includeValue=true', { body: '{"id":"abc123","value":"of the key"}' });
  expect(await readApiKey('abc123', aws.stage().aws)).toBe('of the key');
  expect(aws.requests.map(({ operation }) => operation)).toEqual(['GET /apikeys/abc123?includeValue=true']);
});

test.each([
  [403, '{"message":"You may not."}', 'You may not.'],
  [404, '{"message":"Invalid API Key identifier specified"}', 'Invalid API Key'],
  [200, '{"id":"abc123"}', 'it has no value'],
])('a key that cannot be read is reported by its id (%p)', async (status, body, why) => {
  aws.answers.set('GET /apikeys/abc123?includeValue=true', { status, body });
  const reading = readApiKey('abc123', { ...aws.stage().aws, maxAttempts: 1 });
  await expect(reading).rejects.toThrow(`The API key abc123 cannot be read: ${why}`);
  await expect(reading).rejects.toThrow('the permission apigateway:GET on it');
});
