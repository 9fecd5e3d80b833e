using System.Text;
using Replication.Server.Demo;
using Replication.Server.Demo.Documents;

namespace Replication.Server.Tests.Demo;

public sealed class DocumentSourceTests : IDisposable
{
    private readonly TemporaryFolder _dotnet = new();

    public void Dispose() => _dotnet.Dispose();

    [Fact]
    public void The_newest_reference_pack_is_read_file_by_file_in_order()
    {
        Pack("9.0.11", "System.Runtime", "T:Old");
        Pack("10.0.2", "System.Runtime", "T:System.String", "F:System.String.Empty");
        Pack("10.0.2", "System.Collections", "T:System.Collections.BitArray");
        var reference = ApiReference.Find(_dotnet.Path)!;

        var keys = reference.Read().Select(static document => document.Key).ToList();

        Assert.Equal(["T:System.Collections.BitArray", "T:System.String", "F:System.String.Empty"], keys);
        Assert.Equal(1, reference.Fraction);
        Assert.Contains(".NET 10.0.2", reference.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pack_without_documentation_is_none()
    {
        Directory.CreateDirectory(Path.Combine(_dotnet.Path, "packs", "Microsoft.NETCore.App.Ref", "10.0.2"));

        Assert.Null(ApiReference.Find(_dotnet.Path));
    }

    [Fact]
    public void Without_packs_there_is_no_reference() => Assert.Null(ApiReference.Find(_dotnet.Path));

    [Fact]
    public void Without_the_reference_the_files_of_the_runtime_are_the_documents()
    {
        _dotnet.Write("shared/b.dll", "four");
        _dotnet.Write("LICENSE.txt", string.Empty);
        var files = new DotnetFiles(_dotnet.Path);

        var documents = files.Read().ToList();

        Assert.Equal(["LICENSE.txt", "shared/b.dll"], documents.Select(static document => document.Key));
        Assert.StartsWith("""{"path":"shared/b.dll","extension":".dll","bytes":4,"modified":""", Encoding.UTF8.GetString(documents[1].Json.Span), StringComparison.Ordinal);
        Assert.Contains("because the API reference", files.Description, StringComparison.Ordinal);
        Assert.Equal(1, files.Fraction);
    }

    [Fact]
    public void A_directory_without_files_is_no_source() => Assert.Throws<DemoException>(() => new DotnetFiles(_dotnet.Path));

    [Fact]
    public void The_machine_that_builds_this_has_documents() => Assert.NotEmpty(DocumentSources.Find().Read().Take(10));

    private void Pack(string version, string assembly, params string[] ids) => _dotnet.Write(
        $"packs/Microsoft.NETCore.App.Ref/{version}/ref/net10.0/{assembly}.xml",
        $"<doc><assembly><name>{assembly}</name></assembly><members>{string.Concat(ids.Select(static id => $"<member name=\"{id}\"><summary>Text.</summary></member>"))}</members></doc>");
}
