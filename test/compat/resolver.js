/**
 * Lets jest take n8n's packages from the folder that COMPAT_ENGINE names, whoever asks for them,
 * and what they need in turn as well: found anywhere else, it is not found.
 */

const { isBuiltin } = require('node:module');
const { dirname, isAbsolute, join, sep } = require('node:path');

const modules = join(process.env.COMPAT_ENGINE, 'node_modules') + sep;

const ENGINE_PACKAGE = /^(n8n-(core|workflow|nodes-base)|@n8n\/[^/]+|reflect-metadata)(\/|$)/;

/** Two of these in one process would be two engines. */
const ONE_ONLY = /^n8n-(core|workflow|nodes-base)(?=\/|$)/;

/** Where n8n had it before it became a package of its own. */
const FORMERLY = { '@n8n/di': 'typedi', '@n8n/backend-common': 'n8n-core' };

module.exports = (request, options) => {
	const isEngineAsking = options.basedir.startsWith(modules);
	const isPackage = !(request.startsWith('.') || isAbsolute(request) || isBuiltin(request));
	if (!isPackage || !(isEngineAsking || ENGINE_PACKAGE.test(request))) {
		return options.defaultResolver(request, options);
	}

	const resolve = (name) => {
		const basedir = isEngineAsking ? options.basedir : dirname(modules);
		const path = options.defaultResolver(name, { ...options, basedir });
		const [one = ''] = ONE_ONLY.exec(name) ?? [];
		if (!path.startsWith(join(modules, one))) throw new Error(`${path} is of another engine`);
		return path;
	};
	try {
		return resolve(request);
	} catch (error) {
		const formerly = FORMERLY[request];
		if (!formerly) throw error;
		return resolve(formerly);
	}
};
