// Runs before the first paint. src/theme/ uses the same key and attribute.
(function () {
  function storedChoice() {
    try {
      return localStorage.getItem('tocsin.theme');
    } catch {
      // Storage is blocked: use the system's theme.
      return null;
    }
  }
  var choice = storedChoice();
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
