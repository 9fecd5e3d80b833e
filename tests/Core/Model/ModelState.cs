using System.Collections.Immutable;
using Replication.Core.Indexes;
using Replication.Core.Records;

namespace Replication.Core.Tests.Model;

/// <summary>An entry of the log, whose index is known once it was answered.</summary>
internal sealed class ModelEntry
{
    public long Index { get; set; } = long.MaxValue;
}

/// <summary>A record.</summary>
internal sealed record ModelRecord(Document Document, ModelEntry Entry);

/// <summary>An index: what it is and how far it has come, not its entries, which follow from the records.</summary>
internal sealed record ModelIndex(string Path, bool IsUnique)
{
    public IndexPhase Phase { get; init; }

    public string BuiltUpTo { get; init; } = string.Empty;

    public bool Covers(string key) => Phase == IndexPhase.Ready || (Phase == IndexPhase.Building && string.CompareOrdinal(key, BuiltUpTo) <= 0);
}

/// <summary>A collection: sorted dictionaries.</summary>
internal sealed record ModelCollection(CollectionKind Kind)
{
    public ImmutableSortedDictionary<string, ModelRecord> Records { get; init; } = ImmutableSortedDictionary.Create<string, ModelRecord>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, ModelIndex> Indexes { get; init; } = ImmutableSortedDictionary.Create<string, ModelIndex>(StringComparer.Ordinal);

    /// <summary>Whether two records that an index covers have a value in common.</summary>
    public bool HasTwice(ModelIndex index)
    {
        var values = new HashSet<Scalar>();
        return Records.Where(record => index.Covers(record.Key)).Any(record => record.Value.Document.At(index.Path).Any(value => !values.Add(value)));
    }
}

/// <summary>What the database should hold. Never changed, so that a kept view keeps one.</summary>
internal sealed record ModelState
{
    /// <summary>Requests that are remembered, the oldest first.</summary>
    public const int RequestsRemembered = 5;

    public static ModelState Empty { get; } = new();

    public ImmutableSortedDictionary<string, ModelCollection> Collections { get; init; } = ImmutableSortedDictionary.Create<string, ModelCollection>(StringComparer.Ordinal);

    public ImmutableList<(string Id, ModelEntry Entry)> Requests { get; init; } = [];

    /// <summary>The entry that a request made, if it is remembered.</summary>
    public ModelEntry? EntryOf(string request) => request.Length == 0 ? null : Requests.Find(remembered => remembered.Id == request).Entry;

    public ModelState Remembering(string request, ModelEntry entry) =>
        request.Length == 0 ? this : this with { Requests = (Requests.Count == RequestsRemembered ? Requests.RemoveAt(0) : Requests).Add((request, entry)) };
}
