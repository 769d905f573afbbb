import { workerOptions } from '../../../../services/rest-proxy/workers';

test('workers share the limits, and each still takes the largest body', () => {
  const limits = { workers: 1, maxBodyBytes: 8, maxBytesInFlight: 64, maxConnections: 1000 };
  expect(workerOptions(limits)).toEqual(limits);
  expect(workerOptions({ ...limits, workers: 3 })).toMatchObject({
    maxBytesInFlight: 21,
    maxConnections: 334,
  });
  expect(workerOptions({ ...limits, workers: 16 })).toMatchObject({ maxBytesInFlight: 8 });
});
