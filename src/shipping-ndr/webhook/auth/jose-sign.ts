/**
 * What is used of jose to make a token. Apart from what verifies one, or who only verifies would carry it too.
 *
 * @module
 */
export { CompactSign } from 'jose';
