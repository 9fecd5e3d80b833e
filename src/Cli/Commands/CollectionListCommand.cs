using Replication.Cli.Output;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl collection list</c></summary>
internal sealed class CollectionListCommand : ReplctlCommand
{
    internal CollectionListCommand(CommandHost host)
        : base(
            host, "list", "List the collections.",
            """{"collections":[{"name":"customers","kind":"json","records":1000}]}""",
            "replctl collection list")
    {
    }

    /// <summary>The kind in JSON answers and tables.</summary>
    internal static string KindText(CollectionKind kind) => kind == CollectionKind.Json ? "json" : "bytes";

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        await using var client = context.OpenClient();
        var collections = await client.ListCollectionsAsync(cancellation: cancellation);
        if (context.Json)
        {
            context.Answer.Json(json =>
            {
                json.WriteStartArray("collections");
                foreach (var collection in collections)
                {
                    json.WriteStartObject();
                    json.WriteString("name", collection.Name);
                    json.WriteString("kind", KindText(collection.Kind));
                    json.WriteNumber("records", collection.Records);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
            return ExitCode.Success;
        }
        var table = new TableView(string.Empty, "COLLECTION", "KIND", "RECORDS");
        foreach (var collection in collections) table.Row(collection.Name, KindText(collection.Kind), Answer.Number(collection.Records));
        context.Answer.Table(table);
        return ExitCode.Success;
    }
}
