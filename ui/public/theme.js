// Runs before the first paint; the switch in src/theme/ keeps the same key and attribute.
(function () {
  function storedChoice() {
    try {
      return localStorage.getItem('tocsin.theme');
    } catch {
      // Storage is blocked: the system decides.
      return null;
    }
  }
  var choice = storedChoice();
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
