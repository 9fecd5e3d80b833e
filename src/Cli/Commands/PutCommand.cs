using System.CommandLine;
using System.Text;
using Replication.Client;

namespace Replication.Cli.Commands;

/// <summary><c>replctl put C KEY VALUE|-</c></summary>
internal sealed class PutCommand : ReplctlCommand
{
    private readonly Argument<string> _collection = CollectionArgument();
    private readonly Argument<string> _key = KeyArgument();
    private readonly Argument<string> _value = new("VALUE") { Description = "The value, or - to read it from the input. A JSON document, unless the collection is for bytes." };
    private readonly ConditionOptions _conditions = new(withAbsent: true);

    internal PutCommand(CommandHost host)
        : base(
            host, "put", "Insert a record or replace its value. The first put into a collection creates it.",
            """{"collection":"customers","key":"ada","committed":true,"position":"3/1042"}""",
            """replctl put customers ada '{"name":"Ada"}'""",
            "replctl put customers ada - < ada.json",
            """replctl put customers ada '{"name":"Ada L."}' --if-unchanged-since 3/1042""")
    {
        Add(_collection);
        Add(_key);
        Add(_value);
        _conditions.AddTo(this);
    }

    protected override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var (collection, key) = (context.Line.GetRequiredValue(_collection), context.Line.GetRequiredValue(_key));
        var condition = _conditions.Of(context.Line);
        await using var client = context.OpenClient();
        var value = await ReadValueAsync(context, cancellation);
        var result = await client.CommitAsync(new Transaction().Put(collection, key, value, condition), cancellation);
        return CommitAnswer.Write(context, collection, key, result);
    }

    private async Task<byte[]> ReadValueAsync(CommandContext context, CancellationToken cancellation)
    {
        var value = context.Line.GetRequiredValue(_value);
        if (value != "-") return Encoding.UTF8.GetBytes(value);
        using var bytes = new MemoryStream();
        await context.Terminal.Input.CopyToAsync(bytes, cancellation);
        return bytes.ToArray();
    }
}
