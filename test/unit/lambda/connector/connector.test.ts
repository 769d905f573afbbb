import { connectorResource } from '../../../../lambda/connector';
import { readConnectorProperties } from '../../../../lambda/connector/connector';

const CONFIG = { 'connector.class': 'x.Y', 'tasks.max': 2 };

test('reads properties; values become texts', () => {
  expect(readConnectorProperties({ ConnectUrl: 'http://h:1/', Name: 'n', Config: CONFIG })).toEqual({
    connectUrl: 'http://h:1',
    name: 'n',
    config: { 'connector.class': 'x.Y', 'tasks.max': '2' },
  });
});

test.each([
  [{ Name: 'n', Config: CONFIG }, 'ConnectUrl is missing'],
  [{ ConnectUrl: 'h:1', Name: 'n', Config: CONFIG }, 'ConnectUrl is "h:1"'],
  [{ ConnectUrl: 'http://h:99999', Name: 'n', Config: CONFIG }, 'ConnectUrl is "http://h:99999"'],
  [{ ConnectUrl: 'http://h:1', Config: CONFIG }, 'Name is missing'],
  [{ ConnectUrl: 'http://h:1', Name: 'n' }, 'Config is missing'],
  [{ ConnectUrl: 'http://h:1', Name: 'n', Config: {} }, 'Config["connector.class"] is missing'],
])('refuses %j', (properties, reason) => {
  expect(() => readConnectorProperties(properties)).toThrow(reason);
});

test('the name is the identity: another URL is the same connector', () => {
  expect(connectorResource.physicalId({ Name: 'n', ConnectUrl: 'a' })).toBe('connector-n');
});
