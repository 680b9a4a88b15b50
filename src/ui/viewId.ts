/** The id of the tree view of computers in package.json. */
export const viewId = 'celesto.computers';
