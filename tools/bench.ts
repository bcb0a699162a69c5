// `npm run bench [-- --json]`: measurements. There are none yet, and it says so.
const asJson = process.argv.includes('--json');
console.log(asJson ? JSON.stringify({ cases: [] }) : 'There are no benchmark cases yet: nothing has been measured.');
