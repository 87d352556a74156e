// Prints where the tools are, for a shell to read: NODE=… VSCE=…
import { toolPaths } from './support/tools.mjs';

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const { node, vsce } = toolPaths();
console.log(`NODE=${quoted(node)} VSCE=${quoted(vsce)}`);
