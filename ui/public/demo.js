// Says what the link was about, as `?order=10400`. Other words than these are not shown: anybody can write an address.
(function () {
  var kinds = ['order', 'customer', 'release', 'dashboard', 'runbook', 'incident'];
  var asked = new URLSearchParams(location.search);
  kinds.forEach(function (kind) {
    var id = asked.get(kind);
    if (id === null || !/^[a-z0-9.-]{1,30}$/.test(id)) return;
    var subject = kind.charAt(0).toUpperCase() + kind.slice(1) + ' ' + id;
    document.getElementById('subject').textContent = subject;
    document.title = subject + ' – Tocsin demo';
  });
})();
