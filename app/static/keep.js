// Keeps words until they are sent or she is done: docs/decisions/0014
(function (page) {
  var me = "keep " + page.getElementById("keep").getAttribute("data-me") + " ",
    sent = page.querySelector("[data-sent]"), shelf, over
  function wipe() {
    Object.keys(shelf).forEach(function (name) {
      if (!name.indexOf("keep ") && (over || name.indexOf(me) || sent &&
        !shelf[name].indexOf('["' + sent.getAttribute("data-sent")))) delete shelf[name]
    })
  }
  function watch(form) {
    var name = me + form.getAttribute("action"), had = JSON.parse(shelf[name] || "[]"),
      on = form.elements, all = [on.key, on.source, on.title || {}], now
    function keep() {
      var before = now
      now = JSON.stringify(all.map(function (one) { return one.value }))
      if (!over && before && before !== now) shelf[name] = now
    }
    if (had[1] && !on.source.value) {
      var said = page.createElement("output")
      said.textContent = form.getAttribute("data-kept")
      form.insertBefore(said, form.firstChild)
      form.parentNode.open = true
      all.forEach(function (one, n) { one.value = had[n] })
    }
    keep()
    setInterval(keep, 2000)
    form.addEventListener("submit", keep)
  }
  try {
    shelf = localStorage
    wipe()
    page.querySelector("[action^='/done']").addEventListener("submit", function () {
      over = 1
      wipe()
    });
    [].forEach.call(page.querySelectorAll("[data-kept]"), watch)
  } catch (none) {} // no storage here
})(document)
