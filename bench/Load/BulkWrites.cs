using Replication.Client;

namespace Replication.Bench.Load;

/// <summary>Much log in little time: transactions of 20 records of 1,000 bytes, 16 at once.</summary>
internal static class BulkWrites
{
    /// <summary>Keys are drawn from so many, so that memory stays small however long the log.</summary>
    public const int Keys = 20_000;

    private const int Writers = 16;
    private const int OperationsPerTransaction = 20;
    private const int ValueBytes = 1000;

    public static Task RunAsync(ReplicationClient client, int transactions, CancellationToken cancellation) => Parallel.ForEachAsync(
        Enumerable.Range(0, transactions), new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellation }, async (number, token) =>
        {
            var random = new Random(number);
            var transaction = new Transaction();
            for (var i = 0; i < OperationsPerTransaction; i++) transaction.Put(Dataset.Collection, Dataset.Key(random.Next(Keys)), Dataset.Value(random, ValueBytes));
            (await client.CommitAsync(transaction, token)).EnsureCommitted();
        });
}
