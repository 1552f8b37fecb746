// Runs before the first paint; the switch in src/theme/ keeps the same key and attribute.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem('tocsin.theme');
  } catch (error) {
    // Storage is blocked: the system decides.
    choice = null;
  }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
