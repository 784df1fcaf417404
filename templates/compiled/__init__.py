"""Templates as Python, generated; where one does not fit its template or Jinja2, the template itself is used."""
