// Scripts for computers are files of their own, each imported as its text: esbuild bundles them so, and
// test/tools/loader.mjs does it where Node runs TypeScript. The endings stand in scriptExtensions.json, too.

declare module '*.sh' {
  const text: string;
  export default text;
}
declare module '*.bash' {
  const text: string;
  export default text;
}
declare module '*.zsh' {
  const text: string;
  export default text;
}
declare module '*.fish' {
  const text: string;
  export default text;
}
declare module '*.py' {
  const text: string;
  export default text;
}
declare module '*.pl' {
  const text: string;
  export default text;
}
