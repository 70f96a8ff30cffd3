/**
 * The schema library, and the one place that names it. The build makes one file of it: as some 370 files it is a third
 * of the time that a peer or a command takes to start.
 */
export { Type, type Static, type TSchema } from 'typebox';
export { Compile } from 'typebox/compile';
