using Replication.Cli.Output;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl digest</c></summary>
internal sealed class DigestCommand : ReplctlCommand
{
    /// <summary>How often the question is put again with a newer position, when nodes move on while they are asked.</summary>
    internal const int MaxRounds = 10;

    private readonly WaitOption _wait = new("How long the other nodes may take to reach the first one's position, at most 60s (default 5s).");

    internal DigestCommand(CommandHost host)
        : base(
            host, "digest", "Compare what nodes hold: the same position, the same digest. Exit with 1 when they differ.",
            """{"position":"3/1042","same":true,"nodes":[{"server":"http://127.0.0.1:7400","digest":"0123…","records":1000}]}""",
            "replctl digest",
            "replctl digest --server http://127.0.0.1:7400,http://127.0.0.1:7410 --wait 30s") => Add(_wait);

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var wait = _wait.Of(context.Line);
        await using var clients = new ClientSet(context.Servers().Select(context.OpenClient));
        var round = await AskAsync(clients.Clients, wait, cancellation);
        // A node that moved on while another one was asked may no longer know the digest of that position: ask for a newer one.
        for (var rounds = 1; rounds < MaxRounds && round.Any(MovedOn); rounds++) round = await AskAsync(clients.Clients, wait, cancellation);
        return Report(context, round);
    }

    private static async Task<NodeAnswer<DigestResult>[]> AskAsync(IReadOnlyList<ReplicationClient> clients, TimeSpan wait, CancellationToken cancellation)
    {
        var first = await NodeAnswers.AskAsync(clients[0], client => client.DigestAsync(null, TimeSpan.Zero, cancellation));
        if (first.Value is null) return [first, .. clients.Skip(1).Select(client => new NodeAnswer<DigestResult>(client.Address, null, NotAsked))];
        var others = await NodeAnswers.AskAsync(clients.Skip(1), client => client.DigestAsync(first.Value.Position, wait, cancellation));
        return [first, .. others];
    }

    private static ReplicationException NotAsked => new(ReplicationErrorCode.Unspecified, "It was not asked, because the first node did not answer.");

    private static bool MovedOn(NodeAnswer<DigestResult> answer) => answer.Failure?.Code == ReplicationErrorCode.Pruned;

    private int Report(CommandContext context, NodeAnswer<DigestResult>[] answers)
    {
        if (answers[0].Failure is { } failure) throw failure;
        var reference = answers[0].Value!;
        var same = answers.All(answer => answer.Value is { } digest && digest.Digest == reference.Digest);
        if (context.Json) WriteJson(context.Answer, reference, same, answers);
        else WriteTable(context.Answer, reference, answers);
        foreach (var silent in answers.Where(static answer => answer.Failure is not null))
            Host.Complain($"{ServerAddress.Show(silent.Server)} gave no digest at {reference.Position}: {silent.Failure!.Message}");
        if (same) return ExitCode.Success;
        if (answers.Any(answer => answer.Value is { } digest && digest.Digest != reference.Digest))
            Host.Complain($"The digests at {reference.Position} differ: the nodes do not hold the same data. Keep their files, and bootstrap the wrong one again from an empty directory.");
        return ExitCode.Negative;
    }

    private static void WriteTable(Answer output, DigestResult reference, NodeAnswer<DigestResult>[] answers)
    {
        var table = new TableView($"Digests at {reference.Position}", "SERVER", "POSITION", "RECORDS", "DIGEST", "VERDICT");
        foreach (var answer in answers)
        {
            table.Row(answer.Value is { } digest
                ? [ServerAddress.Show(answer.Server), digest.Position.ToString(), Answer.Number(digest.Records), digest.Digest, digest.Digest == reference.Digest ? "same" : "DIFFERS"]
                : [ServerAddress.Show(answer.Server), "-", "-", "-", answer.IsUnreachable ? "unreachable" : "unknown"]);
        }
        output.Table(table);
    }

    private static void WriteJson(Answer output, DigestResult reference, bool same, NodeAnswer<DigestResult>[] answers) => output.Json(json =>
    {
        json.WriteString("position", reference.Position.ToString());
        json.WriteBoolean("same", same);
        json.WriteStartArray("nodes");
        foreach (var answer in answers)
        {
            json.WriteStartObject();
            json.WriteString("server", ServerAddress.Show(answer.Server));
            if (answer.Failure is { } failure) json.WriteString("error", failure.Message);
            if (answer.Value is { } digest)
            {
                json.WriteString("digest", digest.Digest);
                json.WriteNumber("records", digest.Records);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
