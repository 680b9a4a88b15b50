/** The id of the list of computers, as package.json contributes it. */
export const viewId = 'celesto.computers';
