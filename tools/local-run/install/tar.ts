/**
 * A tar archive whose bytes depend on names, contents and what is executable only: not on dates, owners, or the machine.
 */
import { closeSync, openSync, readFileSync, readdirSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';

const BLOCK = 512;
/** The most bytes of a name in the header's one field. */
const LONGEST_NAME = 100;

/** A header of the format ustar. */
function header(name: string, mode: number, bytes: number, type: '0' | '5'): Buffer {
  if (Buffer.byteLength(name) > LONGEST_NAME) {
    throw new Error(`The name ${name} is too long for the archive: expected at most ${LONGEST_NAME} bytes.`);
  }
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, digits: number): void => {
    block.write(value.toString(8).padStart(digits, '0'), offset, 'latin1');
  };
  block.write(name, 0, 'utf8');
  octal(mode, 100, 7);
  octal(0, 108, 7); // User and
  octal(0, 116, 7); // group: root.
  octal(bytes, 124, 11);
  octal(0, 136, 11); // The date: 1970.
  block.write('        ', 148, 'latin1'); // The checksum counts as spaces in itself.
  block.write(type, 156, 'latin1');
  block.write('ustar\0' + '00', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  octal(sum, 148, 6);
  block.write('\0 ', 154, 'latin1');
  return block;
}

/**
 * Writes everything in a folder to a tar archive, in the order of the names.
 *
 * @throws Error for what is neither file nor folder, and for a name of over 100 bytes.
 */
export function writeTar(folder: string, file: string): void {
  const out = openSync(file, 'w');
  const add = (name: string): void => {
    const source = path.join(folder, name);
    for (const entry of readdirSync(source, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const inner = path.posix.join(name, entry.name);
      if (entry.isDirectory()) {
        writeSync(out, header(`${inner}/`, 0o755, 0, '5'));
        add(inner);
        continue;
      }
      if (!entry.isFile()) throw new Error(`${path.join(folder, inner)} is neither a file nor a folder.`);
      const content = readFileSync(path.join(folder, inner));
      const executable = (statSync(path.join(folder, inner)).mode & 0o100) !== 0;
      writeSync(out, header(inner, executable ? 0o755 : 0o644, content.length, '0'));
      writeSync(out, content);
      writeSync(out, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK));
    }
  };
  try {
    add('');
    writeSync(out, Buffer.alloc(2 * BLOCK));
  } finally {
    closeSync(out);
  }
}
