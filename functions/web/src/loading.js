// In the document itself: says so where the script of the page does not arrive, cannot run or takes too long. Once a page is
// shown, what is looked for here is gone.
const sayNotLoaded = () => {
  const [loading, notice] = ['loading', 'not-loaded'].map((id) => document.getElementById(id));
  if (notice) [loading.hidden, notice.hidden] = [true, false];
};
addEventListener('error', sayNotLoaded, true);
addEventListener('unhandledrejection', sayNotLoaded);
setTimeout(sayNotLoaded, 15_000);
