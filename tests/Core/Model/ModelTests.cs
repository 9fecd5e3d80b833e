using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace Replication.Core.Tests.Model;

/// <summary>
/// The storage engine against sorted dictionaries: random transactions, views that are kept while writes go on, snapshots,
/// restarts, batches that the disk refuses. A failure prints the smallest sequence found and the seed of the first.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int SequencesTried = 300;
    private const ulong Seed = 20_261_122;
    private const ulong Gamma = 7_919;

    // Sequences that are looked at to find a smaller one that fails, too.
    private const int MostSimpler = 400;

    // What has to happen now and then, or else the test has become empty.
    private const int OftenEnough = 10;

    private static readonly string[] Expected =
    [
        "a hash index was there at the end", "a record was scanned", "a request was answered again", "a request was rejected again", "a snapshot was loaded", "a snapshot was written",
        "a transaction was committed", "a transaction was refused by the disk", "a view was shared", "an index became Building, unique", "an index became Failed, unique",
        "an index became Ready", "an index became Ready, unique", "an index was asked", "an older state was read whole", "rejected: PreconditionFailed",
        "rejected: UniqueViolation", "the node was started again", "the power was lost",
    ];

    private readonly Tally _tally = new();

    [Fact]
    public void The_engine_holds_and_shows_what_sorted_dictionaries_do()
    {
        // "5000 17" for a long run of other sequences.
        var run = Environment.GetEnvironmentVariable("MODEL_RUN")?.Split(' ');
        var (tried, seed) = run is null ? (SequencesTried, Seed) : (int.Parse(run[0], CultureInfo.InvariantCulture), ulong.Parse(run[1], CultureInfo.InvariantCulture));
        var left = MostSimpler;
        var config = Config.QuickThrowOnFailure.WithMaxTest(tried).WithReplay(seed, Gamma).WithQuietOnSuccess(true);

        Check.One(config, Prop.ForAll(Arb.From(Sequences.All, sequence => sequence.Simpler().TakeWhile(_ => left-- > 0)), sequence => ModelRun.Of(sequence, _tally)));

        output.WriteLine(_tally.ToString());
        Assert.Equal(tried, _tally.Of("a sequence was whole"));
        Assert.All(Expected, what => Assert.InRange(_tally.Of(what), OftenEnough, long.MaxValue));
    }
}
