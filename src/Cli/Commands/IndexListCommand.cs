using System.CommandLine;
using Replication.Cli.Output;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl index list [C]</c></summary>
internal sealed class IndexListCommand : ReplctlCommand
{
    private readonly Argument<string?> _collection = new("C") { Description = "Of this collection (default: all).", Arity = ArgumentArity.ZeroOrOne };

    internal IndexListCommand(CommandHost host)
        : base(
            host, "list", "List the secondary indexes, how far each is built, and why one could not be.",
            """{"indexes":[{"collection":"customers","name":"email","path":"email","unique":true,"phase":"ready","entries":1000,"covered":1000,"records":1000,"failure":""}]}""",
            "replctl index list",
            "replctl index list customers --json") => Add(_collection);

    /// <summary>The phase in JSON answers and tables.</summary>
    internal static string PhaseText(IndexPhase phase) => phase switch
    {
        IndexPhase.Building => "building",
        IndexPhase.Ready => "ready",
        _ => "failed",
    };

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        await using var client = context.OpenClient();
        var indexes = await client.ListIndexesAsync(context.Line.GetValue(_collection), cancellation: cancellation);
        if (context.Json)
        {
            WriteJson(context, indexes);
            return ExitCode.Success;
        }
        var table = new TableView(string.Empty, "COLLECTION", "INDEX", "PATH", "UNIQUE", "STATE", "ENTRIES", "BUILT");
        foreach (var index in indexes) table.Row(index.Collection, index.Name, index.Path, index.IsUnique ? "yes" : "no", PhaseText(index.Phase), Answer.Number(index.Entries), Built(index));
        context.Answer.Table(table);
        return ExitCode.Success;
    }

    private static string Built(IndexSummary index) => index.Phase switch
    {
        IndexPhase.Ready => "-",
        IndexPhase.Building => $"{Answer.Number(index.Covered)} of {Answer.Number(index.Records)}",
        _ => index.Failure,
    };

    private static void WriteJson(CommandContext context, IReadOnlyList<IndexSummary> indexes) => context.Answer.Json(json =>
    {
        json.WriteStartArray("indexes");
        foreach (var index in indexes)
        {
            json.WriteStartObject();
            json.WriteString("collection", index.Collection);
            json.WriteString("name", index.Name);
            json.WriteString("path", index.Path);
            json.WriteBoolean("unique", index.IsUnique);
            json.WriteString("phase", PhaseText(index.Phase));
            json.WriteNumber("entries", index.Entries);
            json.WriteNumber("covered", index.Covered);
            json.WriteNumber("records", index.Records);
            json.WriteString("failure", index.Failure);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
