"""What every page needs and no room owns: errors, forms, headers, pages."""
