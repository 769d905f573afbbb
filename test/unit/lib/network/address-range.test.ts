import { checkAddressRange } from '../../../../lib/network/address-range';

test.each([
  ['203.0.113.7/32', 4],
  ['10.60.0.0/16', 4],
  ['2001:db8:1::/48', 6],
])('%s is accepted', (cidr, version) => {
  expect(checkAddressRange(cidr, 'SSH')).toEqual({ cidr, version });
});

test.each(['0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '10.0.0.0/8', '2000::/3'])(
  '%s is too large',
  (cidr) => {
    expect(() => checkAddressRange(cidr, 'SSH to the client host')).toThrow(
      `SSH to the client host cannot be opened to "${cidr}", which is too large: expected one address range of your own`,
    );
  },
);

test.each([
  '',
  '203.0.113.7',
  '203.0.113.7/33',
  '203.0.113/24',
  '::1/129',
  'any/16',
  '10.0.0.0/16/16',
  '10.0.0.0/-1',
])('%j is no range', (text) => {
  expect(() => checkAddressRange(text, 'SSH')).toThrow('which is not an address range');
});
