/**
 * The largest document, packed or unpacked, in bytes (50 MB): the text, its UTF-16 copy in memory and the reader's own
 * structures stay within a function of 1,536 MB.
 */
export const MAX_UNPACKED_BYTES = 50 * 1024 * 1024;

/** The most entries that a docx may have (10,000): Word writes a few dozen, and one for each picture. */
export const MAX_ZIP_ENTRIES = 10_000;

/**
 * The most that an entry over `RATIO_FLOOR_BYTES` may be compressed (100:1): the XML of Word packs 5:1 to 30:1,
 * deflate at most 1,032:1.
 */
export const MAX_COMPRESSION_RATIO = 100;

/** From this unpacked size on the ratio counts, in bytes (10 MB): below it even 1,000:1 does no harm. */
export const RATIO_FLOOR_BYTES = 10 * 1024 * 1024;

/**
 * The most XML tags in the parts of a docx that are read (3,000,000): a tag takes 2 to 4 microseconds, so the longest
 * stays under 15 s.
 */
export const MAX_XML_TAGS = 3_000_000;

/**
 * The deepest nesting in the XML of a docx (1,000): the parser's time grows with the square of it. Ten tables within
 * each other have 100.
 */
export const MAX_XML_DEPTH = 1_000;

/** The most tags in an HTML page (3,000,000): a tag takes 1 to 3 microseconds, so the longest stays under 10 s. */
export const MAX_HTML_TAGS = 3_000_000;

/**
 * The deepest nesting in an HTML page (1,000): a page that nests deeper was built to make its readers slow. Real
 * pages stay under 100.
 */
export const MAX_HTML_DEPTH = 1_000;

/** The most pages in a pdf (2,000): a page of text takes 2 to 20 ms, so the longest stays under a minute. */
export const MAX_PDF_PAGES = 2_000;

/**
 * The longest file name that is kept, in characters (100): at most 400 bytes in UTF-8, well under the 1,024 of an S3
 * key.
 */
export const MAX_FILENAME_CHARACTERS = 100;
