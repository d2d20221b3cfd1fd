const { src, dest } = require('gulp');

/** Copies what the TypeScript compiler leaves behind, the icons and codex files, into dist. */
function copyIconsAndCodex() {
	return src(['nodes/**/*.{svg,node.json}', 'credentials/**/*.svg'], { base: '.' }).pipe(
		dest('dist'),
	);
}

exports['build:icons'] = copyIconsAndCodex;
