/// Whoever knows the domain knows the words that it is spoken in: places, dates, documents.
@_exported public import Civil
@_exported public import Document
@_exported public import Region
