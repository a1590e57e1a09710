/** Style sheets, which the build gathers into files. */
declare module '*.css'
/** The colours of src/palette as a style sheet; made by scripts/build-studio.mjs. */
declare module 'virtual:palette.css'
