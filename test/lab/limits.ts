/** The lab fails a test that takes longer than this. */
export const TEST_SECONDS_MAX = 120;
