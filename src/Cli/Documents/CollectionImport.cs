using Replication.Client;

namespace Replication.Cli.Documents;

/// <summary>Commits the records of a stream of lines in their order, several transactions at a time, until the first thing that is wrong.</summary>
/// <param name="client">Of the primary.</param>
/// <param name="collection">Where the records go.</param>
/// <param name="format">How a line names a record.</param>
/// <param name="report">Called with the records and the bytes of the file that are committed.</param>
internal sealed class CollectionImport(ReplicationClient client, string collection, ILineFormat format, Action<long, long> report)
{
    /// <summary>Transactions that are committed at the same time.</summary>
    internal const int MaxInFlight = 8;

    private readonly Queue<Task> _inFlight = new();
    private Exception? _failure;

    /// <summary>Records that are committed.</summary>
    internal long Committed { get; private set; }

    /// <summary>Where the last of them stands.</summary>
    internal LogPosition Position { get; private set; }

    /// <summary>Bytes of the file that were imported.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Whether an interrupted transaction may have been committed beside them.</summary>
    internal bool IsUncertain { get; private set; }

    /// <summary>Runs to the end of the stream.</summary>
    /// <returns>What stopped it; null when everything was imported. Nothing is under way any more.</returns>
    internal async Task<Exception?> RunAsync(Stream stream, bool forBytes, CancellationToken cancellation)
    {
        try
        {
            await ReadAsync(stream, forBytes, cancellation);
        }
        catch (Exception failure) when (failure is BadLineException or ReplicationException or ArgumentException)
        {
            _failure ??= failure;
        }
        await SettleAsync(0);
        return _failure;
    }

    private async Task ReadAsync(Stream stream, bool forBytes, CancellationToken cancellation)
    {
        if (forBytes) await EnsureForBytesAsync(cancellation);
        var batch = new ImportBatch(collection);
        try
        {
            await foreach (var line in LineReader.ReadAsync(stream, cancellation))
            {
                var record = format.Parse(line);
                if (record.Opaque && !forBytes)
                {
                    forBytes = true;
                    if (batch.Count == 0 && Committed == 0 && _inFlight.Count == 0) await EnsureForBytesAsync(cancellation);
                }
                if (!batch.HasRoomFor(record))
                {
                    await SendAsync(batch, cancellation);
                    batch = new ImportBatch(collection);
                    if (_failure is not null) return;
                }
                batch.Add(record, line.End);
            }
        }
        catch (BadLineException)
        {
            await SendAsync(batch, cancellation); // The lines before the bad one are good.
            throw;
        }
        await SendAsync(batch, cancellation);
    }

    // The first put would create the collection for JSON documents.
    private async Task EnsureForBytesAsync(CancellationToken cancellation)
    {
        var collections = await client.ListCollectionsAsync(cancellation: cancellation);
        if (collections.All(found => found.Name != collection)) await client.CreateCollectionAsync(collection, CollectionKind.Bytes, cancellation);
    }

    private async Task SendAsync(ImportBatch batch, CancellationToken cancellation)
    {
        // A record larger than a batch travels as a call of its own, which would overtake those before it.
        var isAlone = batch.Bytes > ImportBatch.MaxBytes;
        await SettleAsync(isAlone ? 0 : MaxInFlight - 1);
        if (batch.Count == 0 || _failure is not null) return;
        _inFlight.Enqueue(CommitAsync(batch, cancellation));
        if (isAlone) await SettleAsync(0);
    }

    private async Task SettleAsync(int most)
    {
        while (_inFlight.Count > most) await _inFlight.Dequeue();
    }

    private async Task CommitAsync(ImportBatch batch, CancellationToken cancellation)
    {
        try
        {
            var position = (await client.CommitAsync(batch.Transaction, cancellation)).EnsureCommitted();
            Count(batch, position);
        }
        catch (ReplicationException failure) when (failure is NodeUnavailableException or NotPrimaryException)
        {
            _failure ??= failure;
        }
        catch (ReplicationException failure) when (failure is CommitUnknownException or CommitForgottenException)
        {
            IsUncertain = true;
            _failure ??= failure;
        }
        catch (ReplicationException failure)
        {
            _failure ??= failure.Operation is null
                ? new ReplicationException(failure.Code, $"Of {batch.Lines}: {failure.Message}", failure)
                : new BadLineException(batch.LineOf(failure.Operation), failure.Message);
        }
    }

    private void Count(ImportBatch batch, LogPosition position)
    {
        lock (_inFlight)
        {
            Committed += batch.Count;
            if (position.Index > Position.Index) Position = position;
            Bytes = Math.Max(Bytes, batch.End);
            report(Committed, Bytes);
        }
    }
}
