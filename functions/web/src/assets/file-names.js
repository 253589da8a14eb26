// What the name of a file says of its pin.

// What cameras and phones call their files says nothing of what is on them.
const BY_CAMERA = /^(img|dsc|dscn|dscf|pxl|dji|mvimg|vid|mov|image|photo|picture|screenshot|screen shot|whatsapp image)?[\s\d().:at]*$/i;

/** The name of a file without its ending and its number: `01-lemon-cake.jpg` is `lemon-cake`. */
export const bareName = (fileName) => fileName.replace(/\.\w{2,5}$/, '').replace(/^\d{1,3}[-_ .)]+(?=\D)/, '');

/** The same as a title: `Lemon cake`; nothing where a camera gave the name. */
export function titleOf(fileName) {
  const words = bareName(fileName).replace(/[-_\s]+/g, ' ').trim();
  return BY_CAMERA.test(words) ? '' : words.charAt(0).toUpperCase() + words.slice(1);
}

/** A text as a part of an address: `lemon-cake`. */
export function slugOf(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
}
