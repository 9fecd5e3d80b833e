using System.CommandLine;
using Replication.Node.Options;
using Replication.Node.Roles;

namespace Replication.Server.Commands;

/// <summary>The flags that <c>primary</c> and <c>replica</c> share.</summary>
internal sealed class NodeCommandOptions
{
    private readonly Option<string> _data;
    private readonly Option<Uri> _listen;
    private readonly Option<Uri> _http;
    private readonly Option<string?> _name = new("--name") { Description = "The node's name, for people. Default: the data directory's." };
    private readonly Option<bool> _init = new("--init") { Description = "Allow a new database in a directory that exists and is empty." };
    private readonly Option<int> _maxValue = new("--max-value") { Description = "Bytes of a value, 1 KiB to 64 MiB.", DefaultValueFactory = _ => new NodeOptions().MaxValueBytes };
    private readonly Option<int> _maxTransaction = new("--max-transaction") { Description = "Bytes of a transaction in the log, 1 KiB to 128 MiB.", DefaultValueFactory = _ => new NodeOptions().MaxTransactionBytes };
    private readonly Option<int> _segment = new("--segment") { Description = "Bytes of a segment file, 1 MiB to 1 GiB.", DefaultValueFactory = _ => new NodeOptions().SegmentBytes };
    private readonly Option<long> _retain = new("--retain") { Description = "Bytes of log kept for a replica that is behind or away; never more than half of the disk.", DefaultValueFactory = _ => new NodeOptions().RetainBytes };
    private readonly Option<TimeSpan> _retainTime = new("--retain-time") { Description = "For how long log is kept for a replica that is away, like 12:00:00 or 7.00:00:00.", DefaultValueFactory = _ => new NodeOptions().RetainTime };
    private readonly Option<long> _snapshotEvery = new("--snapshot-every") { Description = "Bytes of log behind the last snapshot at which another is written; 0: only when asked for.", DefaultValueFactory = _ => new NodeOptions().SnapshotEveryBytes };
    private readonly Option<int> _snapshotTransfers = new("--snapshot-transfers") { Description = "Nodes that may fetch a snapshot here at the same time, 1 to 64; the others wait while their log streams.", DefaultValueFactory = _ => new NodeOptions().SnapshotTransfers };
    private readonly Option<long> _snapshotRate = new("--snapshot-rate") { Description = "Bytes of snapshots sent in a second, to all together; 0: no limit.", DefaultValueFactory = _ => new NodeOptions().SnapshotRate };
    private readonly Option<bool> _quiet = new("--quiet") { Description = "Log warnings and errors only." };

    public NodeCommandOptions(NodeRole role)
    {
        var listen = NodeOptions.DefaultListen(role);
        var http = new UriBuilder(listen) { Port = listen.Port + 1 }.Uri; // HTTP stands one above gRPC
        _data = new Option<string>("--data") { Description = "The data directory.", DefaultValueFactory = _ => NodeOptions.DefaultData(role) };
        _listen = AddressOption.Create("--listen", "Where gRPC is served. Port 0 takes a free one.", listen.GetLeftPart(UriPartial.Authority));
        _http = AddressOption.Create("--http", "Where health and status are served. Port 0 takes a free one.", http.GetLeftPart(UriPartial.Authority));
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_data, _listen, _http, _name, _init, _maxValue, _maxTransaction, _segment, _retain, _retainTime, _snapshotEvery, _snapshotTransfers, _snapshotRate, _quiet]) command.Add(option);
    }

    public Uri Http(ParseResult parsed) => parsed.GetValue(_http)!;

    public bool Quiet(ParseResult parsed) => parsed.GetValue(_quiet);

    public void Apply(ParseResult parsed, NodeOptions options)
    {
        options.Data = parsed.GetValue(_data)!;
        options.Listen = parsed.GetValue(_listen);
        options.Name = parsed.GetValue(_name) ?? string.Empty;
        options.Init = parsed.GetValue(_init);
        options.MaxValueBytes = parsed.GetValue(_maxValue);
        options.MaxTransactionBytes = parsed.GetValue(_maxTransaction);
        options.SegmentBytes = parsed.GetValue(_segment);
        options.RetainBytes = parsed.GetValue(_retain);
        options.RetainTime = parsed.GetValue(_retainTime);
        options.SnapshotEveryBytes = parsed.GetValue(_snapshotEvery);
        options.SnapshotTransfers = parsed.GetValue(_snapshotTransfers);
        options.SnapshotRate = parsed.GetValue(_snapshotRate);
    }
}
