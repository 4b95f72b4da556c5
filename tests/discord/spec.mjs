// Discord's published schemas as zod objects. The package holds ES modules in
// .js files and does not say so, which Node 18 takes for CommonJS: the text is
// imported through a data: URL instead, with its one import made absolute.

import { readFile } from 'node:fs/promises';

const packages = new URL('../node_modules/', import.meta.url);
const source = await readFile(new URL('discord-api-spec/build/discord-api-spec.zod.js', packages), 'utf8');
const zod = new URL('zod/mini/index.js', packages).href;
const absolute = source.replace('from "zod/mini"', `from ${JSON.stringify(zod)}`);

export const spec = await import(`data:text/javascript;base64,${Buffer.from(absolute).toString('base64')}`);
