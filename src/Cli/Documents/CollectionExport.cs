using Replication.Cli.Output;
using Replication.Client;

namespace Replication.Cli.Documents;

/// <summary>Writes a collection of one state as lines that <see cref="ExportedLines"/> reads.</summary>
internal sealed class CollectionExport
{
    private readonly ReplicationClient _client;
    private readonly string _collection;
    private readonly bool _opaque;

    private CollectionExport(ReplicationClient client, string collection, bool opaque)
    {
        _client = client;
        _collection = collection;
        _opaque = opaque;
    }

    /// <summary>Records written so far.</summary>
    internal long Records { get; private set; }

    /// <summary>Bytes written so far.</summary>
    internal long Bytes { get; private set; }

    /// <summary>The state that is written; the default before the first page.</summary>
    internal LogPosition Position { get; private set; }

    /// <summary>Finds out what the collection holds.</summary>
    internal static async Task<CollectionExport> PrepareAsync(ReplicationClient client, string collection, CancellationToken cancellation)
    {
        var collections = await client.ListCollectionsAsync(cancellation: cancellation);
        var found = collections.FirstOrDefault(candidate => candidate.Name == collection)
            ?? throw CommandException.Negative($"There is no collection '{collection}'. 'replctl collection list' shows what there is.");
        return new CollectionExport(client, collection, found.Kind == CollectionKind.Bytes);
    }

    /// <summary>Writes every record in key order.</summary>
    internal async Task WriteAsync(Answer answer, Stream destination, CancellationToken cancellation)
    {
        await foreach (var page in _client.ScanPagesAsync(_collection, null, cancellation))
        {
            Position = page.Stamp.Position;
            foreach (var record in page.Records) Write(answer, destination, record);
        }
    }

    private void Write(Answer answer, Stream destination, StoredRecord record)
    {
        Bytes += answer.Json(destination, json =>
        {
            json.WriteString(ExportedLines.Key, record.KeyUtf8.Span);
            ValueJson.Keep(json, record.Value.Span, _opaque);
        });
        Records++;
    }
}
