import { config } from '@n8n/node-cli/eslint';

/** n8n Cloud's limits hold for what ships; tests, demo and benchmark run elsewhere. */
const development = {
	files: ['**/*.ts'],
	rules: {
		'@n8n/community-nodes/no-restricted-imports': 'off',
		'@n8n/community-nodes/no-restricted-globals': 'off',
		'@n8n/community-nodes/no-dangerous-functions': 'off',
		'@n8n/community-nodes/node-usable-as-tool': 'off',
		'@n8n/community-nodes/require-node-api-error': 'off',
		'no-console': ['error', { allow: ['log', 'error'] }],
	},
};

export default [...config, development];
