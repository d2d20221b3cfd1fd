/** Node and credential types as n8n has them: loaded from packages by n8n's own loaders. */

import './n8nEnvironment';
import { dirname, join } from 'node:path';
import { LazyPackageDirectoryLoader, PackageDirectoryLoader } from 'n8n-core';
import {
	type ICredentialType,
	type INodeType,
	type INodeTypes,
	type IVersionedNodeType,
	NodeHelpers,
} from 'n8n-workflow';
import { credentialTypeOf, nodeTypeOf } from './n8nVersions';

export const PACKAGE_NAME = 'n8n-nodes-green-api-contacts';

const root = join(__dirname, '../..');

/** This package as it is built, and n8n's own nodes. */
export class LoadedTypes implements INodeTypes {
	private constructor(
		private readonly loaders: Record<string, PackageDirectoryLoader>,
		private readonly added: Record<string, INodeType>,
	) {}

	/**
	 * @param added node types of no package, by full name
	 * @throws when `dist` is missing: the package has to be built first
	 */
	static async load(added: Record<string, INodeType> = {}): Promise<LoadedTypes> {
		const own = new PackageDirectoryLoader(root);
		await own.loadAll();
		const base = new LazyPackageDirectoryLoader(
			dirname(require.resolve('n8n-nodes-base/package.json')),
		);
		await base.loadAll();
		return new LoadedTypes({ [PACKAGE_NAME]: own, 'n8n-nodes-base': base }, added);
	}

	/** @param type the full name, e.g. `n8n-nodes-base.set` */
	getByName(type: string): INodeType | IVersionedNodeType {
		const added = this.added[type];
		if (added) return added;
		const [packageName = '', nodeName = ''] = type.split('.');
		const loader = this.loaders[packageName];
		if (!loader) throw new Error(`No package ${packageName} is loaded`);
		return nodeTypeOf(loader, nodeName);
	}

	getByNameAndVersion(type: string, version?: number): INodeType {
		return NodeHelpers.getVersionedNodeType(this.getByName(type), version);
	}

	getKnownTypes() {
		return {};
	}

	/** @param name a credential type of this package, e.g. `greenApi` */
	getCredentialType(name: string): ICredentialType {
		const loader = this.loaders[PACKAGE_NAME];
		if (!loader) throw new Error('This package is not loaded');
		return credentialTypeOf(loader, name);
	}
}
