using System.Text;
using Replication.Client;

namespace Replication.Server.Demo.Documents;

/// <summary>Puts documents into the primary, each in a transaction of its own, many under way at a time.</summary>
internal sealed class DocumentImport(ReplicationClient client, IDocumentSource source, TimeProvider time)
{
    private const int MaxUnderWay = 4096;
    private const int MaxKeyBytes = 1024;

    private readonly Queue<Task<CommitResult>> _underWay = new(MaxUnderWay);
    private long _imported;

    /// <summary>Documents that are committed.</summary>
    public long Imported => Volatile.Read(ref _imported);

    /// <summary>Documents left out because their key is longer than a key may be.</summary>
    public long Skipped { get; private set; }

    /// <summary>How much of the source has been read, 0 to 1.</summary>
    public double Fraction => source.Fraction;

    /// <summary>How long it took; only at the end.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Documents a second; only at the end.</summary>
    public double Rate => Imported / Math.Max(Elapsed.TotalSeconds, double.Epsilon);

    /// <summary>Imports all of them.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        try
        {
            foreach (var document in source.Read())
            {
                cancellation.ThrowIfCancellationRequested();
                if (Encoding.UTF8.GetByteCount(document.Key) > MaxKeyBytes)
                {
                    Skipped++;
                    continue;
                }
                if (_underWay.Count == MaxUnderWay) await AcceptOneAsync();
                _underWay.Enqueue(client.CommitAsync(new Transaction().Put(source.Collection, document.Key, document.Json), cancellation));
            }
            while (_underWay.Count > 0) await AcceptOneAsync();
        }
        catch (ReplicationException failure)
        {
            throw new DemoException($"The import broke off after {Imported} documents: {failure.Message}", failure);
        }
        finally
        {
            await Task.WhenAll((IEnumerable<Task>)_underWay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        Elapsed = time.GetElapsedTime(began);
    }

    private async Task AcceptOneAsync()
    {
        (await _underWay.Dequeue()).EnsureCommitted();
        Volatile.Write(ref _imported, _imported + 1);
    }
}
