// `npm run bench [-- --json]`: where measurements will be found.
const asJson = process.argv.includes('--json');
console.log(asJson ? JSON.stringify({ cases: [] }) : 'There are no benchmark cases yet: nothing has been measured.');
