export const severities = { info: 'Info', success: 'Success', warning: 'Warning', error: 'Error' };
