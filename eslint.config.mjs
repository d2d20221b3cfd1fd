import { config } from '@n8n/node-cli/eslint';

/** n8n Cloud's limits on imports and globals hold for what ships; tests and demo run elsewhere. */
const development = {
	files: ['test/**/*.ts'],
	rules: {
		'@n8n/community-nodes/no-restricted-imports': 'off',
		'@n8n/community-nodes/no-restricted-globals': 'off',
		'no-console': ['error', { allow: ['log', 'error'] }],
	},
};

export default [...config, development, { ignores: ['coverage/'] }];
