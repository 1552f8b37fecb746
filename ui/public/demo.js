// Shows the link's subject, for example `?order=10400`. Shows no other text from the URL because anyone can craft a
// link.
(function () {
  var kinds = {
    order: ['Order', 'Bestellung'],
    customer: ['Customer', 'Kunde'],
    release: ['Release', 'Release'],
    dashboard: ['Dashboard', 'Dashboard'],
    runbook: ['Runbook', 'Runbook'],
    incident: ['Incident', 'Störung'],
  };
  var parameters = new URLSearchParams(location.search);
  var german = document.documentElement.lang === 'de' ? 1 : 0;
  Object.keys(kinds).forEach(function (kind) {
    var id = parameters.get(kind);
    if (id === null || !/^[a-z0-9.-]{1,30}$/.test(id)) return;
    document.querySelectorAll('.subject').forEach(function (heading, language) {
      heading.textContent = kinds[kind][language] + ' ' + id;
    });
    document.title = kinds[kind][german] + ' ' + id + ' – Tocsin demo';
  });
})();
