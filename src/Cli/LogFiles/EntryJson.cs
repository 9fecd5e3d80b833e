using System.Globalization;
using System.Text;
using System.Text.Json;
using Replication.Cli.Output;
using Replication.Core.Indexes;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Transactions;

namespace Replication.Cli.LogFiles;

/// <summary>An entry of the log in JSON; JSON.md has the fields.</summary>
internal static class EntryJson
{
    internal static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> frame)
    {
        var header = FrameHeader.Read(frame);
        var payload = FrameReader.Payload(frame);
        json.WriteString("position", header.Position.ToString());
        json.WriteString("kind", KindOf(header.Kind));
        json.WriteString("time", DateTime.UnixEpoch.AddMicroseconds(header.TimestampMicros).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("crc", header.Crc.ToString("x8", CultureInfo.InvariantCulture));
        switch (header.Kind)
        {
            case EntryKind.Transaction: WriteTransaction(json, payload); break;
            case EntryKind.EpochStart: WriteEpochStart(json, EpochStart.Read(payload)); break;
            case EntryKind.Configuration: WriteConfiguration(json, Configuration.Read(payload)); break;
            case EntryKind.StateDigest: WriteDigest(json, StateDigestEntry.Read(payload)); break;
            default: json.WriteBase64String("payload", payload); break;
        }
    }

    private static string KindOf(EntryKind kind) => kind switch
    {
        EntryKind.Transaction => "transaction",
        EntryKind.EpochStart => "epochStart",
        EntryKind.Configuration => "configuration",
        EntryKind.StateDigest => "stateDigest",
        _ => ((ushort)kind).ToString(CultureInfo.InvariantCulture),
    };

    private static void WriteTransaction(Utf8JsonWriter json, ReadOnlySpan<byte> payload)
    {
        var reader = new TransactionReader(payload);
        var names = new List<string>();
        while (reader.NextCollection(out var name)) names.Add(Encoding.UTF8.GetString(name));
        if (!reader.RequestId.IsEmpty) json.WriteBase64String("requestId", reader.RequestId);
        json.WriteStartArray("operations");
        while (reader.NextOperation(out var operation)) WriteOperation(json, operation, names);
        json.WriteEndArray();
    }

    private static void WriteOperation(Utf8JsonWriter json, in LoggedOperation operation, List<string> names)
    {
        json.WriteStartObject();
        json.WriteString("action", ActionOf(operation.Action));
        if (operation.Collection < names.Count) json.WriteString("collection", names[operation.Collection]);
        if (operation.Action is OperationAction.CreateJsonCollection or OperationAction.CreateBytesCollection)
            json.WriteString("collectionKind", operation.Action == OperationAction.CreateJsonCollection ? "json" : "bytes");
        if (operation.Action is OperationAction.CreateIndex or OperationAction.DropIndex or OperationAction.BuildIndex) WriteIndex(json, operation);
        if (!operation.Key.IsEmpty) json.WriteString("key", operation.Key);
        if (operation.Action == OperationAction.Put) ValueJson.Show(json, operation.Value);
        json.WriteEndObject();
    }

    private static void WriteIndex(Utf8JsonWriter json, in LoggedOperation operation)
    {
        json.WriteString("index", IndexDefinition.ReadName(operation.Value));
        if (operation.Action == OperationAction.CreateIndex)
        {
            var definition = IndexDefinition.Read(operation.Value);
            json.WriteString("path", definition.Path.Text);
            json.WriteBoolean("unique", definition.IsUnique);
        }
        else if (operation.Action == OperationAction.BuildIndex)
        {
            var step = IndexStep.Read(operation.Value);
            json.WriteBoolean("last", step.IsLast);
            if (step.Failure.Length > 0) json.WriteString("failure", step.Failure);
        }
    }

    private static string ActionOf(OperationAction action) => action switch
    {
        OperationAction.Put => "put",
        OperationAction.Delete => "delete",
        OperationAction.CreateJsonCollection or OperationAction.CreateBytesCollection => "createCollection",
        OperationAction.DropCollection => "dropCollection",
        OperationAction.CreateIndex => "createIndex",
        OperationAction.DropIndex => "dropIndex",
        OperationAction.BuildIndex => "buildIndex",
        _ => ((int)action).ToString(CultureInfo.InvariantCulture),
    };

    private static void WriteEpochStart(Utf8JsonWriter json, EpochStart start)
    {
        json.WriteString("reignId", Id(start.ReignId));
        json.WriteString("nodeId", Id(start.NodeId));
        json.WriteString("nodeName", start.NodeName);
        json.WriteNumber("requestsRemembered", start.RequestsRemembered);
    }

    private static void WriteConfiguration(Utf8JsonWriter json, Configuration configuration)
    {
        json.WriteNumber("quorum", configuration.Quorum);
        json.WriteStartArray("voters");
        foreach (var voter in configuration.Voters)
        {
            json.WriteStartObject();
            json.WriteString("nodeId", Id(voter.NodeId));
            json.WriteString("nodeName", voter.NodeName);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteDigest(Utf8JsonWriter json, StateDigestEntry entry)
    {
        json.WriteString("digest", entry.Digest.ToString());
        json.WriteNumber("records", entry.Records);
    }

    private static string Id(ulong id) => id.ToString("x16", CultureInfo.InvariantCulture);
}
