const { existsSync, readFileSync } = require('node:fs');

/** Hands jest the built files as they are, with the source maps that lie beside them. */
module.exports = {
	process(code, file) {
		const map = `${file}.map`;
		return existsSync(map) ? { code, map: JSON.parse(readFileSync(map, 'utf8')) } : { code };
	},
};
