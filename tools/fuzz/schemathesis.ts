// Which Schemathesis, and what it is told.
import { resolve } from 'node:path';
import type { PythonTool } from '../python/python-tool.js';

export const SCHEMATHESIS: PythonTool = { package: 'schemathesis', version: '4.32.5', program: 'schemathesis' };
export const SETTINGS = resolve('tools', 'fuzz', 'schemathesis.toml');
