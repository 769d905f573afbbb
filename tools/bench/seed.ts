/**
 * The generator, and the seeding of a real MariaDB by bulk inserts.
 *
 * `npm run bench -- seed [posts …]`: 11,000 and 1,000,000 by default.
 */
import { randomBytes } from 'node:crypto';
import { ensureParts } from '../local-run/install';
import { setDatabaseUser, startMariaDb } from '../local-run/parts/mariadb';
import { generatePosts } from '../../services/source/generator';
import { seedDatabase } from '../../services/source/seeder';
import type { Benchmark, Figure } from './benchmark';
import { progress, withScratchFolder } from './support';

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: 'generating posts, and writing them into an empty MariaDB',
  async run(args) {
    await ensureParts(progress, { only: ['mariadb'] });
    const sizes = args.length > 0 ? args.map(Number) : [11_000, 1_000_000];
    const figures: Figure[] = [];
    for (const posts of sizes) {
      const began = performance.now();
      let bytes = 0;
      for (const { pin } of generatePosts({ seed: 100, from: 0, to: posts })) bytes += pin.title.length;
      if (bytes === 0) throw new Error('The generator made no titles.');
      figures.push({ name: `generate ${posts} posts`, value: (performance.now() - began) / 1000, unit: 's' });
      await withScratchFolder('seed', async (stateDir) => {
        const server = await startMariaDb({ stateDir });
        try {
          const owner = {
            username: 'seeder',
            password: randomBytes(16).toString('hex'),
            database: 'pinterest',
            access: 'all' as const,
          };
          await setDatabaseUser(server, owner);
          const database = {
            username: owner.username,
            password: owner.password,
            host: '127.0.0.1',
            port: server.ports.mariadb,
            dbname: owner.database,
          };
          for (const what of ['seed', 'seed again']) {
            const from = performance.now();
            await seedDatabase({ database, posts, seed: 100 });
            figures.push({
              name: `${what} ${posts} posts`,
              value: (performance.now() - from) / 1000,
              unit: 's',
              aim: posts === 1_000_000 && what === 'seed' ? '< 120' : undefined,
            });
          }
        } finally {
          await server.stop();
        }
      });
    }
    return figures;
  },
};
